package dev.piecewise.gateway.http;

import java.time.Duration;

/**
 * Bounds of what a client may send and how slowly.
 *
 * @param bodyBytes largest request body
 * @param uploadBytes largest body of a route that takes files
 * @param uriBytes longest request line
 * @param headerBytes most bytes of all headers together
 * @param requests most requests at a time, whatever they wait for
 * @param idle how long a connection may be open without a whole request; also how long a body may take to arrive
 * @param patience how long a client may take to read what was written before it counts as gone
 * @param writeBytes most bytes of a stream that are written at once
 */
public record HttpLimits(
        int bodyBytes,
        long uploadBytes,
        int uriBytes,
        int headerBytes,
        int requests,
        Duration idle,
        Duration patience,
        int writeBytes) {

    public static final HttpLimits DEFAULT = new HttpLimits(
            16 << 20, 512L << 20, 8 << 10, 16 << 10, 4096, Duration.ofSeconds(75), Duration.ofSeconds(60), 64 << 10);

    /** These limits with another bound of bodies and of writes. */
    public HttpLimits withBytes(int newBodyBytes, int newWriteBytes) {
        return new HttpLimits(
                newBodyBytes, uploadBytes, uriBytes, headerBytes, requests, idle, patience, newWriteBytes);
    }

    /** These limits with another bound of files. */
    public HttpLimits withUploads(long newUploadBytes) {
        return new HttpLimits(bodyBytes, newUploadBytes, uriBytes, headerBytes, requests, idle, patience, writeBytes);
    }
}
