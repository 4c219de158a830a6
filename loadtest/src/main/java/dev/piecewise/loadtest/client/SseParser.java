package dev.piecewise.loadtest.client;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Takes server-sent events apart, however their bytes are cut. Lines end with LF, CR LF or CR. */
public final class SseParser {
    private static final int LONGEST_LINE = 4 << 20;

    private final Consumer<String> events;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    private final StringBuilder data = new StringBuilder();
    private boolean hasData;
    private boolean afterReturn;

    /** Hands over the data of every event, its lines joined by LF. */
    public SseParser(Consumer<String> events) {
        this.events = events;
    }

    /** A line without end; nobody streams tokens in it. */
    public static final class TooLongException extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooLongException() {
            super("a line of more than %d bytes".formatted(LONGEST_LINE));
        }
    }

    /** What came next. */
    public void feed(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            byte one = bytes.get();
            if (one == '\n' && afterReturn) {
                afterReturn = false;
                continue;
            }
            afterReturn = one == '\r';
            if (one == '\n' || one == '\r') {
                endLine();
            } else if (line.size() >= LONGEST_LINE) {
                throw new TooLongException();
            } else {
                line.write(one);
            }
        }
    }

    /** Whether the bytes end inside an event. */
    public boolean isInside() {
        return hasData || line.size() > 0;
    }

    private void endLine() {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        if (text.isEmpty()) {
            dispatch();
            return;
        }
        int colon = text.indexOf(':');
        String field = colon < 0 ? text : text.substring(0, colon);
        if (field.equals("data")) {
            String value = colon < 0 ? "" : text.substring(colon + 1);
            data.append(hasData ? "\n" : "").append(value.startsWith(" ") ? value.substring(1) : value);
            hasData = true;
        }
    }

    private void dispatch() {
        if (hasData) {
            String event = data.toString();
            data.setLength(0);
            hasData = false;
            events.accept(event);
        }
    }
}
