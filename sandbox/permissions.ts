/** Functions' resource policies (`AWS::Lambda::Permission`): which service may call which function, for whom. */
export interface Permission {
  functionArn: string;
  /** `events.amazonaws.com`. */
  principal: string;
  /** With `*` and `?`; absent: any. */
  sourceArn?: string;
}

export class Permissions {
  readonly #granted: Permission[] = [];

  add(permission: Permission): void {
    this.#granted.push(permission);
  }

  /** Whether the service may call the function on behalf of the rule, the route, … with this ARN. */
  allow(functionArn: string, principal: string, sourceArn: string): boolean {
    return this.#granted.some(
      (each) =>
        each.functionArn === functionArn &&
        each.principal === principal &&
        (each.sourceArn === undefined || arnLike(each.sourceArn, sourceArn)),
    );
  }
}

/** `ArnLike`: each of the six parts by itself (IAM user guide, "Condition operators"). */
function arnLike(pattern: string, arn: string): boolean {
  const parts = (text: string) => [...text.split(':', 5), text.split(':').slice(5).join(':')];
  const found = parts(arn);
  return parts(pattern).every((part, index) => {
    const expression = part
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${expression}$`, 's').test(found[index] ?? '');
  });
}
