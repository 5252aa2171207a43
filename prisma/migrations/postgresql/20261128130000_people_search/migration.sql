-- What the console's search compares, which schema.prisma cannot say: names in small letters by their bytes, and who is
-- disabled.
CREATE INDEX "User_search_username" ON "User"(lower("username") COLLATE "C");

CREATE INDEX "User_search_nick" ON "User"(lower("nick") COLLATE "C");

CREATE INDEX "User_search_name" ON "User"(lower("profile"::jsonb ->> 'name') COLLATE "C") WHERE "profile" IS NOT NULL;

CREATE INDEX "User_search_handle" ON "User"("handle" COLLATE "C");

CREATE INDEX "User_search_disabled" ON "User"("username") WHERE "disabledAt" IS NOT NULL;
