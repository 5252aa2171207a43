-- "lastLoginAt" may be empty. SQLite can only put another column in its place: to make the table anew would delete the sessions.
ALTER TABLE "User" RENAME COLUMN "lastLoginAt" TO "requiredLastLoginAt";
ALTER TABLE "User" ADD COLUMN "lastLoginAt" DATETIME;
UPDATE "User" SET "lastLoginAt" = "requiredLastLoginAt";
ALTER TABLE "User" DROP COLUMN "requiredLastLoginAt";

-- CreateTable
CREATE TABLE "FormerName" (
    "hash" TEXT NOT NULL PRIMARY KEY
);

-- CreateIndex
CREATE INDEX "WorkEmail_userId_idx" ON "WorkEmail"("userId");
