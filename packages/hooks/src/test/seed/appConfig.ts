export default { projectName: 'seed', env: 'test', version: '1.0.0' };
