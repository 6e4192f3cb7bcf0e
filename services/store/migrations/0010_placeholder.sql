-- Taken by another change; a number without a file would be a hole.
do $$ begin end $$;
