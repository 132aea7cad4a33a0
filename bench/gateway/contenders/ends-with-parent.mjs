// Imported by each measured process: whatever ends the bench, SIGKILL included, ends the channel and this process.
process.on('disconnect', () => process.exit());
