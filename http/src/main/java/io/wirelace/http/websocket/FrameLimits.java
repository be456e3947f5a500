package io.wirelace.http.websocket;

import java.time.Duration;

/**
 * What one peer may cause.
 *
 * @param maxMessageBytes the longest message, inflated
 * @param maxTextBytes the longest text message, which is gathered in memory
 * @param maxFragments the most frames of one message
 * @param maxPings the most control frames in one second
 * @param messageTimeout how long the peer may be silent in the middle of a message
 */
public record FrameLimits(
    long maxMessageBytes,
    int maxTextBytes,
    int maxFragments,
    int maxPings,
    Duration messageTimeout) {}
