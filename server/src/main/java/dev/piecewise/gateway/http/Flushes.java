package dev.piecewise.gateway.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.vertx.core.http.WebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import org.jspecify.annotations.Nullable;

/**
 * Gives the messages that are written together to the system together. Vert.x has a system call for each message of a WebSocket, and that takes longer than all
 * that the server does for it. Confined to the connection's event loop.
 */
final class Flushes extends ChannelOutboundHandlerAdapter {
    private volatile @Nullable ChannelHandlerContext context;
    private boolean held;
    private boolean wanted;

    /** Those of this connection. */
    static Flushes of(WebSocket connection) {
        ChannelHandlerContext vertx = ((WebSocketInternal) connection).channelHandlerContext();
        Flushes flushes = new Flushes();
        vertx.pipeline().addBefore(vertx.name(), "flushes", flushes);
        return flushes;
    }

    /** Runs what writes; only afterwards what it has written is handed on. Elsewhere than on the event loop it is run as it is. */
    void together(Runnable writes) {
        ChannelHandlerContext open = context;
        if (open == null || !open.executor().inEventLoop()) {
            writes.run();
            return;
        }
        held = true;
        try {
            writes.run();
        } finally {
            held = false;
            if (wanted) {
                wanted = false;
                open.flush();
            }
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void flush(ChannelHandlerContext asked) {
        if (held) {
            wanted = true;
        } else {
            asked.flush();
        }
    }
}
