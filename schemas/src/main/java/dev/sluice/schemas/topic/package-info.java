/**
 * The topics: their catalogue, their creation, the clients that read and write them with the
 * settings that measured best, and a plain reader. It knows nothing of what the records mean.
 */
package dev.sluice.schemas.topic;
