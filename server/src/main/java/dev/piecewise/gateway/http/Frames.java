package dev.piecewise.gateway.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Puts the frames of a WebSocket together to text messages. Confined to the connection's event loop. */
final class Frames {
    static final short UNSUPPORTED = 1003;
    static final short NO_TEXT = 1007;
    static final short TOO_LARGE = 1009;
    static final short TRY_AGAIN = 1013;

    private final int limit;
    private final Body.Budget budget;
    private Buffer received = Buffer.buffer();

    /** Messages of at most {@code limit} bytes, which count against the budget while they are incomplete. */
    Frames(int limit, Body.Budget budget) {
        this.limit = limit;
        this.budget = budget;
    }

    /** Why a connection cannot go on. */
    static final class BadFrameException extends Exception {
        private static final long serialVersionUID = 1L;

        final short code;

        BadFrameException(short code, String reason) {
            super(reason, null, false, false);
            this.code = code;
        }
    }

    /** Takes the next frame; the message that it completes, if it does. */
    Optional<String> add(WebSocketFrame frame) throws BadFrameException {
        if (frame.isBinary()) {
            throw new BadFrameException(UNSUPPORTED, "messages must be text");
        }
        if (!frame.isText() && !frame.isContinuation()) {
            return Optional.empty();
        }
        Buffer bytes = frame.binaryData();
        if (received.length() + bytes.length() > limit) {
            throw new BadFrameException(TOO_LARGE, "a message may have %d bytes".formatted(limit));
        }
        if (frame.isFinal() && received.length() == 0) {
            return Optional.of(text(bytes));
        }
        if (!budget.tryTake(bytes.length())) {
            throw new BadFrameException(TRY_AGAIN, "the server holds too many requests already");
        }
        received.appendBuffer(bytes);
        if (!frame.isFinal()) {
            return Optional.empty();
        }
        Buffer whole = received;
        clear();
        return Optional.of(text(whole));
    }

    /** Forgets a message that is incomplete. */
    void clear() {
        budget.give(received.length());
        received = Buffer.buffer();
    }

    private static String text(Buffer bytes) throws BadFrameException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.getBytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new BadFrameException(NO_TEXT, "a message is not UTF-8");
        }
    }
}
