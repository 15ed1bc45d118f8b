import { join } from 'node:path';
import { bundleOf } from '../../harness/host/repository.js';
import { writeWhole } from '../../harness/host/durable-file.js';
import { mkdirSync } from 'node:fs';

/**
 * Writes flash-monitor.socket and flash-monitor.service to a folder, for this checkout and the Node.js that runs it.
 * Returns their paths.
 */
export function writeUnits(folder: string, runDir: string): string[] {
  mkdirSync(folder, { recursive: true });
  const units = {
    'flash-monitor.socket': `[Unit]
Description=Socket of the monitor of FLASH chains

[Socket]
ListenSequentialPacket=${join(runDir, 'monitor.sock')}
SocketMode=0666

[Install]
WantedBy=sockets.target
`,
    // A chain goes on without its monitor, and the next one needs what is in the folder.
    'flash-monitor.service': `[Unit]
Description=Monitor of FLASH chains
Requires=flash-monitor.socket
After=flash-monitor.socket

[Service]
ExecStart=${[process.execPath, bundleOf('monitor')].map(quote).join(' ')} serve
Restart=always
RuntimeDirectory=${runDir.replace(/^\/run\//, '')}
RuntimeDirectoryPreserve=yes
LimitMEMLOCK=infinity
LimitNOFILE=65536
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=/sys
PrivateTmp=yes
`,
  };
  return Object.entries(units).map(([name, text]) => {
    const path = join(folder, name);
    writeWhole(path, text);
    return path;
  });
}

/** As systemd.syntax(7) wants a word with blanks in it; % begins a specifier. */
function quote(word: string): string {
  const escaped = word.replaceAll('%', '%%');
  return /[\s"'\\$]/.test(escaped) ? `"${escaped.replace(/["\\]/g, '\\$&').replaceAll('$', '$$$$')}"` : escaped;
}
