.PHONY: test format run bench

test:
	./mvnw -B verify
format:
	./mvnw -B -q spotless:apply
run:
	./piecewise serve $(ARGS)
bench:
	./piecewise bench $(ARGS)
