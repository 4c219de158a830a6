package dev.piecewise.gateway.http;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.tenant.Access;
import dev.piecewise.tenant.Allowance;
import dev.piecewise.tenant.Caller;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket: text messages in, text messages out. Messages are answered one after the other on a virtual thread that lives only while there are any; a
 * connection that waits costs no thread.
 */
public final class Socket {
    private static final Logger LOG = LoggerFactory.getLogger(Socket.class);
    private static final short POLICY = 1008;
    private static final short FAULT = 1011;
    private static final int MOST_WAITING = 16;
    /** Longer messages are not looked at before their turn. */
    private static final int SHORT = 512;

    private final ServerWebSocket connection;
    private final HttpServerRequest handshake;
    private final Access access;
    private final Frames frames;
    private final Flushes flushes;
    private final Loop loop;
    private final Deque<String> waiting = new ArrayDeque<>();
    private final SocketEndpoint endpoint;
    private volatile Future<Void> last = Future.succeededFuture();
    private volatile long heard = System.nanoTime();
    private @Nullable SocketSession session;
    private @Nullable Thread worker;
    private boolean answering;
    private boolean closed;

    Socket(ServerWebSocket connection, HttpServerRequest handshake, String path, SocketEndpoint endpoint, Loop loop) {
        this.connection = connection;
        this.handshake = handshake;
        access = Access.of("GET", path);
        this.endpoint = endpoint;
        this.loop = loop;
        flushes = Flushes.of(connection);
        frames = new Frames(loop.limits().bodyBytes(), loop.gate().bodies());
    }

    /** Who is connected; UNAUTHORIZED when the key that opened the connection opens nothing any more. */
    public Caller caller() {
        return loop.gate().admit(access, handshake);
    }

    /** A field of the query or, in its absence, a header of the handshake. */
    public Optional<String> asked(String field, String header) {
        String query = null;
        try {
            query = handshake.getParam(field);
        } catch (IllegalArgumentException e) {
            // A query that cannot be read says nothing.
        }
        return Optional.ofNullable(query).or(() -> Optional.ofNullable(handshake.getHeader(header)));
    }

    /** What writes an answer while the client reads it: that is the back-pressure. */
    public Relay relay() {
        return new Relay(
                loop.turns(),
                connection,
                handshake.connection()::close,
                loop.limits().patience());
    }

    /** Writes messages without waiting. Any thread may call, one at a time. */
    public void post(List<String> messages) {
        flushes.together(() -> messages.forEach(message -> last = connection.writeTextMessage(message)));
    }

    /** Waits until the client's connection has taken what was written. */
    public void settle() throws InterruptedException, ClientGoneException {
        try {
            last.toCompletionStage()
                    .toCompletableFuture()
                    .get(loop.limits().patience().toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new ClientGoneException();
        } catch (TimeoutException e) {
            handshake.connection().close();
            throw new ClientGoneException();
        }
    }

    /** Whether the client is still there. */
    public synchronized boolean isOpen() {
        return !closed;
    }

    /** Begins to listen; {@code whenClosed} is run when the connection is closed. On the event loop, as everything that is not said to be otherwise. */
    void open(Runnable whenClosed) {
        connection.frameHandler(this::received);
        connection.pongHandler(pong -> heard = System.nanoTime());
        connection.exceptionHandler(this::broke);
        connection.closeHandler(closing -> {
            gone();
            whenClosed.run();
        });
        start();
    }

    /** Nanoseconds since the client was heard of. */
    long silence() {
        return System.nanoTime() - heard;
    }

    void ping() {
        connection.writePing(io.vertx.core.buffer.Buffer.buffer());
    }

    /** Any thread may call. */
    void close(short code, String reason) {
        connection.close(code, reason);
    }

    /** Vert.x closes what broke the protocol as if nothing had been wrong, unless it is closed before. */
    private void broke(Throwable cause) {
        LOG.atDebug().setCause(cause).log("a socket broke");
        if (cause instanceof CorruptedWebSocketFrameException frame) {
            close((short) frame.closeStatus().code(), Objects.requireNonNullElse(frame.getMessage(), ""));
        }
    }

    private void received(WebSocketFrame frame) {
        heard = System.nanoTime();
        try {
            Optional<String> message = frames.add(frame);
            if (message.isPresent()) {
                accept(message.get());
            }
        } catch (Frames.BadFrameException bad) {
            frames.clear();
            close(bad.code, String.valueOf(bad.getMessage()));
        }
    }

    private synchronized void accept(String message) {
        if (answering && worker != null && session != null && message.length() <= SHORT && session.cancels(message)) {
            worker.interrupt();
        } else if (waiting.size() == MOST_WAITING) {
            close(POLICY, "at most %d messages may wait".formatted(MOST_WAITING));
        } else {
            waiting.add(message);
            start();
        }
    }

    private synchronized void gone() {
        closed = true;
        waiting.clear();
        frames.clear();
        if (worker != null) {
            worker.interrupt();
        }
    }

    private synchronized void start() {
        if (worker == null && !closed) {
            worker = Thread.ofVirtual().name("socket").start(this::work);
        }
    }

    private void work() {
        try {
            SocketSession opened = opened();
            String message;
            while ((message = next()) != null) {
                answer(opened, message);
            }
        } catch (ClientGoneException gone) {
            LOG.atDebug().log("the client left");
        } catch (RuntimeException | Error fault) {
            LOG.atError().setCause(fault).log("a socket failed");
            close(FAULT, "the server failed");
        }
    }

    private SocketSession opened() {
        synchronized (this) {
            if (session != null) {
                return session;
            }
        }
        SocketSession opened = endpoint.open(this);
        synchronized (this) {
            session = opened;
        }
        return opened;
    }

    /** The next message, or null and the worker has ended. */
    private synchronized @Nullable String next() {
        answering = false;
        // An interrupt that came too late was for the message before.
        Thread.interrupted();
        String message = closed ? null : waiting.poll();
        answering = message != null;
        if (message == null) {
            worker = null;
        }
        return message;
    }

    private void answer(SocketSession opened, String message) throws ClientGoneException {
        try {
            loop.gate().enter();
            try (Allowance.Pass _ = caller().allowance().enter()) {
                opened.message(message);
            } catch (ServingException refused) {
                opened.refuse(refused);
            } catch (RuntimeException fault) {
                LOG.atError().setCause(fault).log("a message failed");
                opened.refuse(new ServingException(ErrorCode.INTERNAL, "the server failed; its log has more"));
            } finally {
                loop.gate().leave();
            }
        } catch (ServingException full) {
            refuse(opened, full);
        } catch (InterruptedException e) {
            LOG.atDebug().log("the client left, or ended an answer");
        }
    }

    private static void refuse(SocketSession opened, ServingException refused) throws ClientGoneException {
        try {
            opened.refuse(refused);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
