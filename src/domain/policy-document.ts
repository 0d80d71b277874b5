/** IAM's policy language, as far as it is written here (IAM User Guide, "IAM JSON policy element reference"). */

/** The ARN of something in the same template, which has no name of its own to go by: a KMS key. */
export type Arn = string | { 'Fn::GetAtt': [string, 'Arn'] };

export interface Statement {
  Sid: string;
  Effect: 'Allow' | 'Deny';
  Principal?: '*' | { AWS: string | string[] } | { Service: string };
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: Arn | Arn[];
  NotResource?: Arn | Arn[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

export interface PolicyDocument {
  Version: '2012-10-17';
  Statement: Statement[];
}

export const policy = (...statements: Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement: statements });

export const allow = (sid: string, action: string | string[], resource: Arn | Arn[], condition?: Statement['Condition']): Statement => ({
  Sid: sid,
  Effect: 'Allow',
  Action: action,
  Resource: resource,
  ...(condition && { Condition: condition }),
});
