-- AlterTable
ALTER TABLE "Application" ADD COLUMN "description" TEXT;

-- CreateTable
CREATE TABLE "Administrator" (
    "userId" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "madeBy" TEXT,

    CONSTRAINT "Administrator_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "AuditRecord" (
    "id" TEXT NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,
    "event" TEXT NOT NULL,
    "outcome" TEXT,
    "userId" TEXT,
    "application" TEXT,
    "administratorId" TEXT,
    "sessionId" TEXT,
    "requestId" TEXT,
    "ip" TEXT,
    "userAgent" TEXT,
    "details" TEXT,

    CONSTRAINT "AuditRecord_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "HourlyFigure" (
    "hour" TIMESTAMP(3) NOT NULL,
    "figure" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "value" INTEGER NOT NULL,

    CONSTRAINT "HourlyFigure_pkey" PRIMARY KEY ("hour", "figure", "name", "detail")
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

-- AddForeignKey
ALTER TABLE "Administrator" ADD CONSTRAINT "Administrator_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
