.PHONY: test format run bench demo

test:
	./mvnw -B verify
format:
	./mvnw -B -q spotless:apply
run:
	./piecewise serve $(ARGS)
bench:
	./piecewise bench $(ARGS)
demo:
	./demo/rebuild.sh
