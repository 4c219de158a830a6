package dev.piecewise.loadtest.measure;

/**
 * Why a request was not answered.
 *
 * @param status HTTP's, of kind {@link Kind#HTTP}; else 0
 * @param detail what is known of it, in a line
 */
public record Failure(Kind kind, int status, String detail) {
    private static final int LONGEST_DETAIL = 240;

    /** What went wrong. */
    public enum Kind {
        /** No connection came about. */
        NOT_CONNECTED("not connected"),
        /** Refused with an HTTP status. */
        HTTP("http"),
        /** The connection was closed before anything was answered. */
        CLOSED("connection closed"),
        /** The answer began and did not end. */
        TRUNCATED("half a stream"),
        /** What came is not what the API says. */
        MALFORMED("malformed"),
        /** The server said in the stream that it failed. */
        SERVER("server error"),
        /** It took longer than a request may. */
        TIMEOUT("timeout"),
        /** It was still running when the run ended. */
        UNFINISHED("unfinished"),
        /** What should not be. */
        FAULT("fault of this client"),
        /** Too many requests were open for this client to send another. */
        NOT_SENT("not sent");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    public Failure {
        String line = detail.strip().replaceAll("\\s+", " ");
        detail = line.length() <= LONGEST_DETAIL ? line : line.substring(0, LONGEST_DETAIL) + "...";
    }

    public static Failure of(Kind kind, String detail) {
        return new Failure(kind, 0, detail);
    }

    public static Failure http(int status, String detail) {
        return new Failure(Kind.HTTP, status, detail);
    }

    /** What reports count it under. */
    public String label() {
        return kind == Kind.HTTP ? "http " + status : kind.words;
    }
}
