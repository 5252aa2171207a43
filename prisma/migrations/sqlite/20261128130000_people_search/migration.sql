-- What the console's search compares, which schema.prisma cannot say: names in small letters, and who is disabled.
CREATE INDEX "User_search_username" ON "User"(lower("username"));

CREATE INDEX "User_search_nick" ON "User"(lower("nick"));

CREATE INDEX "User_search_name" ON "User"(lower(json_extract("profile", '$.name'))) WHERE "profile" IS NOT NULL;

CREATE INDEX "User_search_disabled" ON "User"("username") WHERE "disabledAt" IS NOT NULL;
