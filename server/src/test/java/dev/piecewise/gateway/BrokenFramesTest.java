package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.gateway.http.HttpLimits;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** WebSocket clients that break the protocol: the connection is closed, what it asked for ends, and others are served as ever. */
@Timeout(120)
final class BrokenFramesTest {
    @AutoClose
    private static final TestGateway SERVER = TestGateway.serving(HttpLimits.DEFAULT.withBytes(64 << 10, 4096));

    private static final String CREATE = "{\"type\":\"response.create\",\"input\":\"a\"}";

    /** Frames as RFC 6455 has them, with a mask of zeros where nothing else is said. */
    @ParameterizedTest
    @CsvSource({
        "without a mask, 81 02 7b7d, 1002",
        "with bits that nothing was agreed on for, f1 82 00000000 7b7d, 1002",
        "of an unknown kind, 83 80 00000000, 1002",
        "of an unknown control, 8b 80 00000000, 1002",
        "that continues nothing, 80 82 00000000 7b7d, 1002",
        "that begins amid another message, 01 81 00000000 7b 81 81 00000000 7d, 1002",
        "a ping in fragments, 09 80 00000000, 1002",
        "a ping of 126 bytes, 89 fe007e 00000000, 1002",
        "longer than there are bytes, 81 ff ffffffffffffffff 00000000, 1002",
        "longer than is taken, 81 ff 0000000000100000 00000000, 1009",
        "a close with a code of one byte, 88 81 00000000 03, 1002",
        "a close whose reason is not UTF-8, 88 84 00000000 03e8 c328, 1007",
    })
    void aFrameThatCannotBeEndsTheConnection(String kind, String bytes, int code) throws Exception {
        SERVER.engine.script(generation -> {});
        try (RawClient client = connected()) {
            client.write(text(CREATE));
            ScriptedEngine.Scripted running = SERVER.engine.next();
            client.readUntil("response.in_progress");

            client.write(HexFormat.of().parseHex(bytes.replace(" ", "")));

            assertThat(client.readAll()).as(kind).doesNotContain("response.completed");
            assertThat(running.awaitClosed()).as(kind).isTrue();
        }
        try (RawClient client = connected()) {
            client.write(HexFormat.of().parseHex(bytes.replace(" ", "")));

            assertThat(client.readClose()).as(kind).isEqualTo(code);
        }
        servesOthers();
    }

    /** Compressed, a few bytes may become more than anybody's limit; and every connection would hold a window of 32 KiB each way. */
    @Test
    void agreesOnNoCompression() throws Exception {
        try (RawClient client = new RawClient(SERVER.port)) {
            client.write(handshake("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"));

            assertThat(client.readUntil("\r\n\r\n"))
                    .startsWith("HTTP/1.1 101")
                    .doesNotContainIgnoringCase("extensions");
        }
    }

    @Test
    void aMessageOfManyEmptyFragmentsIsOne() throws Exception {
        SERVER.engine.say("x");
        try (RawClient client = connected()) {
            client.write(HexFormat.of().parseHex("018000000000"));
            client.write(HexFormat.of().parseHex("008000000000".repeat(2000)));
            byte[] last = text(CREATE);
            last[0] = (byte) 0x80;
            client.write(last);

            client.readUntil("response.completed");
        }
    }

    @Test
    void aCharacterMayBeCutInTwoByFragments() throws Exception {
        SERVER.engine.say("x");
        byte[] message = CREATE.replace("\"a\"", "\"é\"").getBytes(StandardCharsets.UTF_8);
        int cut = CREATE.indexOf("\"a\"") + 2;
        try (RawClient client = connected()) {
            client.write(frame(0x01, message, 0, cut));
            client.write(frame(0x80, message, cut, message.length));

            client.readUntil("response.completed");
        }
        assertThat(SERVER.tokenizer.decode(SERVER.engine.next().request.prompt(), true))
                .isEqualTo("[user]é[assistant]");
    }

    /** What is left of messages that are never ended must not count against others for ever: each of these holds half of what one may. */
    @Test
    void clientsThatLeaveAmidAMessageLeaveNothingBehind() throws Exception {
        byte[] half = new byte[32_000];
        for (int i = 0; i < 100; i++) {
            try (RawClient client = connected()) {
                client.write(HexFormat.of().parseHex("01fe7d0000000000"));
                client.write(half);
            }
        }
        servesOthers();
    }

    private static void servesOthers() throws Exception {
        SERVER.engine.say("x");
        try (SocketClient client = new SocketClient(SERVER, "")) {
            client.create("\"input\":\"a\"").until("response.completed");
        }
    }

    private static RawClient connected() throws Exception {
        RawClient client = new RawClient(SERVER.port);
        client.write(handshake("X-Nothing: more"));
        client.readUntil("\r\n\r\n");
        return client;
    }

    private static String handshake(String header) {
        List<String> lines = List.of(
                "GET /v1/responses HTTP/1.1",
                "Host: localhost",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                header);
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    private static byte[] text(String message) {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        return frame(0x81, bytes, 0, bytes.length);
    }

    private static byte[] frame(int head, byte[] message, int from, int to) {
        byte[] frame = new byte[6 + to - from];
        frame[0] = (byte) head;
        frame[1] = (byte) (0x80 | (to - from));
        System.arraycopy(message, from, frame, 6, to - from);
        return frame;
    }
}
