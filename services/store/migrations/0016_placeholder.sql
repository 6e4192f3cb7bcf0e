-- Kept free.
do $$ begin end $$;
