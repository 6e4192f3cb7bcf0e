-- Whether the newest delivery that was refused was signed rightly and had the wrong time: then it is a clock that is to be mended.
alter table project_hook add refused_untimely boolean not null default false;
