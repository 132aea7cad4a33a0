-- live: a new value of an enumeration touches no row.
ALTER TYPE "currency" ADD VALUE 'KRW';
