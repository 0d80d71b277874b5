export declare function filesOf(group: string): string[];
export declare function grouped(): string[];
