package dev.piecewise.bench.gateway;

import java.nio.ByteBuffer;

/** Counts events in a stream of bytes, however it is cut. */
interface EventCounter {
    /** Takes what came; how many events were completed by it. */
    int count(ByteBuffer bytes);

    /** Every event ends with an empty line. HTTP's own lines end otherwise. */
    final class Sse implements EventCounter {
        private boolean lineEnded;

        @Override
        public int count(ByteBuffer bytes) {
            int events = 0;
            while (bytes.hasRemaining()) {
                boolean end = bytes.get() == '\n';
                if (end && lineEnded) {
                    events++;
                    lineEnded = false;
                } else {
                    lineEnded = end;
                }
            }
            return events;
        }
    }

    /** Every frame is an event. */
    final class Frames implements EventCounter {
        private final byte[] head = new byte[10];
        private int headBytes;
        private long payload;

        @Override
        public int count(ByteBuffer bytes) {
            int events = 0;
            while (bytes.hasRemaining()) {
                if (payload > 0) {
                    int skipped = (int) Math.min(payload, bytes.remaining());
                    bytes.position(bytes.position() + skipped);
                    payload -= skipped;
                    events += payload == 0 ? 1 : 0;
                } else {
                    head[headBytes++] = bytes.get();
                    if (headBytes >= 2 && headBytes == headLength()) {
                        payload = length();
                        headBytes = 0;
                    }
                }
            }
            return events;
        }

        private int headLength() {
            int length = head[1] & 0x7F;
            return length < 126 ? 2 : length == 126 ? 4 : 10;
        }

        private long length() {
            int length = head[1] & 0x7F;
            return length < 126
                    ? length
                    : length == 126
                            ? ByteBuffer.wrap(head, 2, 2).getShort() & 0xFFFF
                            : ByteBuffer.wrap(head, 2, 8).getLong();
        }
    }
}
