/** On a kernel that was booted once: confirmed in time, or the machine boots the old one. */
export const healthPaths = {
  script: '/etc/flash-lab/health',
  unit: '/etc/systemd/system/flash-lab-health.service',
  wanted: '/etc/systemd/system/sysinit.target.wants/flash-lab-health.service',
  /** In memory of the machine: confirms the kernel that runs, and no other. */
  confirmed: '/run/flash-lab-healthy',
} as const;

/** Begins as early as it can, and needs nothing but the root file system. */
export const healthUnit = `[Unit]
Description=Boot the old kernel unless this one is confirmed in time
DefaultDependencies=no
ConditionKernelCommandLine=flash-lab=once

[Service]
ExecStart=/bin/bash ${healthPaths.script}
`;

/** Also feeds the hardware watchdog, if there is one that nobody else has: then a kernel that hangs is reset by it. */
export function healthScript(seconds: number): string {
  return `#!/bin/bash
# Written by \`npm run lab -- install\`.
{ exec 3>/dev/watchdog; } 2>/dev/null && has_watchdog=yes
uptime() { cut -d. -f1 /proc/uptime; }
end=$(($(uptime) + ${seconds}))
while [[ ! -e ${healthPaths.confirmed} ]]; do
  [[ -v has_watchdog ]] && echo . >&3
  if (($(uptime) >= end)); then
    echo 'flash-lab: nobody has confirmed this kernel: back to the old one' >/dev/kmsg
    sync
    echo b >/proc/sysrq-trigger
  fi
  sleep 2
done
[[ -v has_watchdog ]] && echo -n V >&3
exit 0
`;
}
