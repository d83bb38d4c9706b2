/** A parameter of `new UA()` that is missing or cannot be used. */
export class ConfigurationError extends Error {
  constructor(parameter: string, value?: any);
  code: number;
  parameter: string;
  value: any;
}

/** What was asked for cannot be done in this state. */
export class InvalidStateError extends Error {
  constructor(status: number);
  code: number;
  status: number;
}

/** What was asked for cannot be done here at all. */
export class NotSupportedError extends Error {
  constructor(message: string);
  code: number;
}

/** What was asked for cannot be done yet. */
export class NotReadyError extends Error {
  constructor(message: string);
  code: number;
}
