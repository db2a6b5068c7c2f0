/**
 * The one documented list of settings, and how a process reads them, starts and stops. In: a
 * properties file and {@code --set key=value}; out: {@link dev.sluice.schemas.config.Settings}. It
 * knows nothing of what the settings are used for.
 */
package dev.sluice.schemas.config;
