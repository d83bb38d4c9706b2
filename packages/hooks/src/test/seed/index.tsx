import {server} from './bunker';
import CallcenterProvider from 'headset-hooks';
import React from 'react';

import config from './appConfig';
import Test from './Test';

// Компонент обертка
const TestWrapper = () => (
    <CallcenterProvider
        host={server.authproxyHost}
        project={config.projectName}
        env={config.env}
        version={config.version}
    >
        <Test/>
    </CallcenterProvider>
);

export default TestWrapper;
