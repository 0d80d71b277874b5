import { filesOf } from './groups.mjs';

for (const file of filesOf('steps')) await import(file);
