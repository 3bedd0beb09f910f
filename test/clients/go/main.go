// Command check does with client-go what programs in Go do with a cluster, and prints what came of it as JSON: one check
// a call, named by its argument. It reads the kubeconfig that KUBECONFIG names. The tests that judge what it prints are in
// test/e2e/clients/client-go.test.ts.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// A check that takes longer has failed.
const timeout = 60 * time.Second

const namespace = "default"

// A check does one thing with the cluster, and returns what the test is to look at.
type check func(ctx context.Context, config *rest.Config) (any, error)

var checks = map[string]check{
	"apply":        serverSideApply,
	"concurrency":  concurrentUpdates,
	"discovery":    discover,
	"dynamic":      dynamicObjects,
	"exec":         execInPod,
	"informer":     followWithInformer,
	"leader":       electLeaders,
	"logs":         readLogs,
	"port-forward": forwardPort,
	"protobuf":     speakProtobuf,
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: check NAME")
	}
	chosen, ok := checks[os.Args[1]]
	if !ok {
		return fmt.Errorf("there is no check %q", os.Args[1])
	}
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return err
	}
	// A check asks as fast as it can; what is to be seen is the server's part.
	config.QPS = -1
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	result, err := chosen(ctx, config)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}
