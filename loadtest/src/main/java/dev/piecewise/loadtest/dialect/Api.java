package dev.piecewise.loadtest.dialect;

import java.util.Locale;

/** What a server is asked through. All answers are streamed. */
public enum Api {
    COMPLETIONS("/v1/completions"),
    CHAT("/v1/chat/completions"),
    RESPONSES("/v1/responses"),
    /** OpenAI's Responses over a WebSocket: the same events, in messages. */
    WEBSOCKET("/v1/responses");

    private final String path;

    Api(String path) {
        this.path = path;
    }

    public String path() {
        return path;
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
