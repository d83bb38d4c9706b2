// @vitest-environment node
import ours from '../index.js';
import { suite } from './suite/suite.js';

suite('ours', ours);
