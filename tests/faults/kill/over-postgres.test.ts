import { killsOver } from './kills.ts';

killsOver('postgres');
