import { ActionIcon, Button, NativeSelect, Popover, Stack, Text } from '@mantine/core';
import { IconHeadset } from '@tabler/icons-react';
import type { AudioDevice, AudioDevices } from 'headset-hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  devices: AudioDevices;
  opened?: boolean;
}

/** Which microphone and which loudspeaker. */
export function SoundMenu({ devices, opened: openedAtFirst = false }: Props) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(openedAtFirst);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={320} trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={40}
          aria-label={t('sound.title')}
          onClick={() => setOpened((before) => !before)}
        >
          <IconHeadset size={20} stroke={1.75} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown maw="calc(100vw - 32px)">
        <Stack gap="sm">
          <Text fw={600}>{t('sound.title')}</Text>
          <DeviceSelect
            label={t('sound.microphone')}
            list={devices.inputs}
            chosen={devices.input}
            onChoose={devices.setInput}
          />
          {devices.outputs.length > 0 ? (
            <DeviceSelect
              label={t('sound.output')}
              list={devices.outputs}
              chosen={devices.output}
              onChoose={devices.setOutput}
            />
          ) : (
            <Text size="sm" c="dimmed">
              {t('sound.noOutputs')}
            </Text>
          )}
          {devices.permission === 'prompt' && (
            <>
              <Text size="sm" c="dimmed">
                {t('sound.namesHidden')}
              </Text>
              <Button variant="default" size="sm" onClick={devices.askPermission}>
                {t('sound.allow')}
              </Button>
            </>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

interface SelectProps {
  label: string;
  list: readonly AudioDevice[];
  chosen: string;
  onChoose: (id: string) => void;
}

function DeviceSelect({ label, list, chosen, onChoose }: SelectProps) {
  const { t } = useTranslation();
  const known = list.filter(({ id }) => id !== '' && id !== 'default');
  return (
    <NativeSelect
      label={label}
      size="md"
      value={known.some(({ id }) => id === chosen) ? chosen : ''}
      onChange={(event) => onChoose(event.currentTarget.value)}
      data={[
        { value: '', label: t('sound.system') },
        ...known.map(({ id, label: name }, index) => ({
          value: id,
          label: name || t('sound.unnamed', { number: index + 1 }),
        })),
      ]}
    />
  );
}
