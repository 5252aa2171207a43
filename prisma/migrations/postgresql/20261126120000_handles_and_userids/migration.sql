-- AlterTable
ALTER TABLE "User" ADD COLUMN "handle" TEXT, ADD COLUMN "userid" TEXT;

-- CreateTable
CREATE TABLE "PromisedHandle" (
    "person" TEXT NOT NULL,
    "handle" TEXT NOT NULL,

    CONSTRAINT "PromisedHandle_pkey" PRIMARY KEY ("person")
);

-- CreateIndex
CREATE UNIQUE INDEX "User_handle_key" ON "User"("handle");

-- CreateIndex
CREATE UNIQUE INDEX "PromisedHandle_handle_key" ON "PromisedHandle"("handle");
