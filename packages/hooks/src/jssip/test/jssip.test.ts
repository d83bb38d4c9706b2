// @vitest-environment node
import jssip from 'jssip';
import { suite } from './suite/suite.js';

// The peer itself: what is expected of us is what it really does.
suite('jssip', jssip);
