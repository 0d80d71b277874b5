import { filesOf } from './groups.mjs';

for (const file of filesOf('aws')) await import(file);
