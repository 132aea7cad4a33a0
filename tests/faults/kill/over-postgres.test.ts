import { crashRecoveryOver } from './crash-recovery.ts';

crashRecoveryOver('postgres');
