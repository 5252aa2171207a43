-- AlterTable
ALTER TABLE "User" ADD COLUMN "handle" TEXT;
ALTER TABLE "User" ADD COLUMN "userid" TEXT;

-- CreateTable
CREATE TABLE "PromisedHandle" (
    "person" TEXT NOT NULL PRIMARY KEY,
    "handle" TEXT NOT NULL
);

-- CreateIndex
CREATE UNIQUE INDEX "User_handle_key" ON "User"("handle");

-- CreateIndex
CREATE UNIQUE INDEX "PromisedHandle_handle_key" ON "PromisedHandle"("handle");
