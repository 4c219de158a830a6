package dev.piecewise.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FlushesTest {
    private final Flushes flushes = new Flushes();
    private final List<Integer> flushed = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(new Counting(), flushes);

    /** Notes at each flush how many messages there were. */
    private final class Counting extends ChannelOutboundHandlerAdapter {
        @Override
        public void flush(ChannelHandlerContext context) {
            context.flush();
            flushed.add(channel.outboundMessages().size());
        }
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void messagesThatAreWrittenTogetherAreFlushedOnce() {
        flushes.together(() -> {
            write("a");
            write("b");
            assertThat(flushed).isEmpty();
            write("c");
        });

        assertThat(flushed).containsExactly(3);
    }

    @Test
    void othersAreFlushedAtOnce() {
        write("a");
        write("b");

        assertThat(flushed).containsExactly(1, 2);
    }

    @Test
    void whatWasWrittenBeforeAFailureIsFlushed() {
        try {
            flushes.together(() -> {
                write("a");
                throw new IllegalStateException("in the middle");
            });
        } catch (IllegalStateException expected) {
            write("b");
        }

        assertThat(flushed).containsExactly(1, 2);
    }

    @Test
    void nothingIsFlushedWhereNothingWasWritten() {
        flushes.together(() -> {});

        assertThat(flushed).isEmpty();
    }

    private void write(String message) {
        var _ = channel.writeAndFlush(message);
    }
}
