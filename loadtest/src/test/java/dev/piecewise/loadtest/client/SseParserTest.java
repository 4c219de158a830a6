package dev.piecewise.loadtest.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SseParserTest {
    private static final String STREAM =
            ": hello\n\ndata: {\"a\":\"ä€😀\"}\n\nevent: x\ndata:one\r\ndata: two\r\n\r\nid: 7\rdata\r\rretry: 1\n\ndata: [DONE]\n\n";

    @Test
    void readsEventsHoweverTheBytesAreCut() {
        byte[] bytes = STREAM.getBytes(StandardCharsets.UTF_8);
        for (int size = 1; size <= bytes.length; size++) {
            List<String> events = new ArrayList<>();
            SseParser parser = new SseParser(events::add);
            for (int from = 0; from < bytes.length; from += size) {
                parser.feed(ByteBuffer.wrap(bytes, from, Math.min(size, bytes.length - from)));
            }
            assertThat(events)
                    .as("in pieces of %d", size)
                    .containsExactly("{\"a\":\"ä€😀\"}", "one\ntwo", "", "[DONE]");
            assertThat(parser.isInside()).isFalse();
        }
    }

    @Test
    void knowsThatTheBytesEndInsideAnEvent() {
        SseParser parser = new SseParser(event -> {});
        parser.feed(ByteBuffer.wrap("data: half".getBytes(StandardCharsets.UTF_8)));
        assertThat(parser.isInside()).isTrue();
        parser.feed(ByteBuffer.wrap("\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(parser.isInside()).isTrue();
        parser.feed(ByteBuffer.wrap("\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(parser.isInside()).isFalse();
    }

    @Test
    void givesUpOnALineWithoutEnd() {
        SseParser parser = new SseParser(event -> {});
        ByteBuffer much = ByteBuffer.allocate(5 << 20);
        assertThatThrownBy(() -> parser.feed(much)).isInstanceOf(SseParser.TooLongException.class);
    }
}
