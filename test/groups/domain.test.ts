import { filesOf } from './groups.mjs';

for (const file of filesOf('domain')) await import(file);
