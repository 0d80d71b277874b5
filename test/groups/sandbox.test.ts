import { filesOf } from './groups.mjs';

for (const file of filesOf('sandbox')) await import(file);
