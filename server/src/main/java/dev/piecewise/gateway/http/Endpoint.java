package dev.piecewise.gateway.http;

/** Answers the requests of one route. Called on the request's own virtual thread, so it may wait for whatever it needs. */
@FunctionalInterface
public interface Endpoint {
    /** Answers, or throws: a {@link dev.piecewise.error.ServingException} becomes its error body, anything else a 500 that is logged. */
    void answer(Exchange exchange) throws InterruptedException, ClientGoneException;
}
