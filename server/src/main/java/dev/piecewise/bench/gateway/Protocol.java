package dev.piecewise.bench.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** How a client of the bench asks for tokens, and how it counts what comes. */
enum Protocol {
    /** Server-sent events of chat completions: role, tokens, end, [DONE]. */
    SSE(1, 3),
    /** Messages of a response over a WebSocket: four before the tokens, four after them. */
    WEBSOCKET(4, 8);

    private final int before;
    private final int around;

    Protocol(int before, int around) {
        this.before = before;
        this.around = around;
    }

    /** Events of an answer before its first token. */
    int before() {
        return before;
    }

    /** Events of an answer of so many tokens. */
    int events(int tokens) {
        return tokens + around;
    }

    /** What opens a connection; empty where nothing does. */
    ByteBuffer opening() {
        return switch (this) {
            case SSE -> ByteBuffer.allocate(0);
            case WEBSOCKET ->
                bytes(String.join(
                        "\r\n",
                        "GET /v1/responses HTTP/1.1",
                        "Host: localhost",
                        "Upgrade: websocket",
                        "Connection: Upgrade",
                        "Sec-WebSocket-Version: 13",
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                        "",
                        ""));
        };
    }

    ByteBuffer request(int tokens, long seed) {
        return switch (this) {
            case SSE -> {
                String body =
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"stream\":true,\"max_tokens\":%d,\"seed\":%d}"
                                .formatted(tokens, seed);
                yield bytes("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(body.length(), body));
            }
            case WEBSOCKET ->
                frame(
                        "{\"type\":\"response.create\",\"input\":\"Hi\",\"store\":false,\"max_output_tokens\":%d,\"seed\":%d}"
                                .formatted(tokens, seed));
        };
    }

    /** Counts the events of a connection's answers. */
    EventCounter counter() {
        return switch (this) {
            case SSE -> new EventCounter.Sse();
            case WEBSOCKET -> new EventCounter.Frames();
        };
    }

    /** A masked text frame whose mask is zero. */
    private static ByteBuffer frame(String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 8).put((byte) 0x81);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        }
        frame.putInt(0).put(payload);
        return frame.flip();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
