-- How far the import of a file has come.
CREATE TABLE "catalogue_import" (
    "source" TEXT NOT NULL,
    "next_line" INTEGER NOT NULL,
    "changed" INTEGER NOT NULL,
    "received" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "catalogue_import_pkey" PRIMARY KEY ("source")
);

CREATE TABLE "catalogue_import_fault" (
    "source" TEXT NOT NULL,
    "line" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,

    CONSTRAINT "catalogue_import_fault_pkey" PRIMARY KEY ("source","line")
);

ALTER TABLE "catalogue_import_fault" ADD CONSTRAINT "catalogue_import_fault_source_fkey"
  FOREIGN KEY ("source") REFERENCES "catalogue_import"("source") ON DELETE CASCADE ON UPDATE RESTRICT;
