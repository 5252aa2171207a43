-- AlterTable
ALTER TABLE "Application" ADD COLUMN "description" TEXT;

-- CreateTable
CREATE TABLE "Administrator" (
    "userId" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL,
    "madeBy" TEXT,
    CONSTRAINT "Administrator_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "AuditRecord" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "at" DATETIME NOT NULL,
    "event" TEXT NOT NULL,
    "outcome" TEXT,
    "userId" TEXT,
    "application" TEXT,
    "administratorId" TEXT,
    "sessionId" TEXT,
    "requestId" TEXT,
    "ip" TEXT,
    "userAgent" TEXT,
    "details" TEXT
);

-- CreateTable
CREATE TABLE "HourlyFigure" (
    "hour" DATETIME NOT NULL,
    "figure" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "value" INTEGER NOT NULL,
    PRIMARY KEY ("hour", "figure", "name", "detail")
);

-- CreateIndex
CREATE INDEX "AuditRecord_userId_id_idx" ON "AuditRecord"("userId", "id");

-- Most records, a login among them, have none of these: they need not be in the indexes, which schema.prisma cannot say.
CREATE INDEX "AuditRecord_search_application" ON "AuditRecord"("application", "id") WHERE "application" IS NOT NULL;

-- CreateIndex
CREATE INDEX "AuditRecord_event_id_idx" ON "AuditRecord"("event", "id");

CREATE INDEX "AuditRecord_search_administrator" ON "AuditRecord"("administratorId", "id") WHERE "administratorId" IS NOT NULL;

-- CreateIndex
CREATE INDEX "HourlyFigure_figure_hour_idx" ON "HourlyFigure"("figure", "hour");
