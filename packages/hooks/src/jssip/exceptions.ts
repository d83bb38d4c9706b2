/** A parameter of `new UA()` that is missing or cannot be used. */
export class ConfigurationError extends Error {
  readonly code = 1;
  override readonly name = 'CONFIGURATION_ERROR';
  readonly parameter: string;
  readonly value: unknown;

  constructor(parameter: string, value?: unknown) {
    super(
      value ? `Invalid value ${JSON.stringify(value)} for parameter "${parameter}"` : `Missing parameter: ${parameter}`,
    );
    this.parameter = parameter;
    this.value = value;
  }
}

/** What was asked for cannot be done in this state. */
export class InvalidStateError extends Error {
  readonly code = 2;
  override readonly name = 'INVALID_STATE_ERROR';
  readonly status: number;

  constructor(status: number) {
    super(`Invalid status: ${status}`);
    this.status = status;
  }
}

/** What was asked for cannot be done here at all. */
export class NotSupportedError extends Error {
  readonly code = 3;
  override readonly name = 'NOT_SUPPORTED_ERROR';
}

/** What was asked for cannot be done yet. */
export class NotReadyError extends Error {
  readonly code = 4;
  override readonly name = 'NOT_READY_ERROR';
}
