package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// A recorder notes how its informer asks.
type recorder struct {
	next http.RoundTripper
	mu   sync.Mutex
	// Whether a watch began with initial events, and whether anything was listed.
	watchList, list bool
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	query := request.URL.Query()
	r.mu.Lock()
	if request.Method == http.MethodGet {
		r.watchList = r.watchList || query.Get("sendInitialEvents") == "true"
		r.list = r.list || !query.Has("watch")
	}
	r.mu.Unlock()
	return r.next.RoundTrip(request)
}

// followWithInformer lets a shared informer find what is there, and hear of what happens then.
func followWithInformer(ctx context.Context, config *rest.Config) (any, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	maps := client.CoreV1().ConfigMaps(namespace)
	followed := func(name string) *corev1.ConfigMap {
		labels := map[string]string{"followed": "by-go"}
		return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
	}
	if _, err := maps.Create(ctx, followed("go-early"), metav1.CreateOptions{}); err != nil {
		return nil, err
	}
	requests, heard, err := startInformer(ctx, rest.CopyConfig(config))
	if err != nil {
		return nil, err
	}
	late, err := maps.Create(ctx, followed("go-late"), metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	late.Data = map[string]string{"k": "v"}
	if _, err := maps.Update(ctx, late, metav1.UpdateOptions{}); err != nil {
		return nil, err
	}
	if err := maps.Delete(ctx, late.Name, metav1.DeleteOptions{}); err != nil {
		return nil, err
	}
	events, err := take(ctx, heard, 4)
	requests.mu.Lock()
	defer requests.mu.Unlock()
	return map[string]any{
		"events": events, "watchList": requests.watchList, "list": requests.list,
	}, err
}

// startInformer returns once what was there is known; what it heard follows in the channel.
func startInformer(ctx context.Context, config *rest.Config) (*recorder, <-chan string, error) {
	requests := &recorder{}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		requests.next = next
		return requests
	})
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, nil, err
	}
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0,
		informers.WithNamespace(namespace),
		informers.WithTweakListOptions(func(options *metav1.ListOptions) {
			options.LabelSelector = "followed=by-go"
		}))
	heard := make(chan string, 16)
	note := func(what string, object any) { heard <- what + " " + object.(*corev1.ConfigMap).Name }
	informer := factory.Core().V1().ConfigMaps().Informer()
	if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { note("added", object) },
		UpdateFunc: func(_, object any) { note("updated", object) },
		DeleteFunc: func(object any) { note("deleted", object) },
	}); err != nil {
		return nil, nil, err
	}
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		return nil, nil, fmt.Errorf("the informer never knew what is there")
	}
	return requests, heard, nil
}

func take(ctx context.Context, from <-chan string, count int) ([]string, error) {
	taken := make([]string, 0, count)
	for len(taken) < count {
		select {
		case next := <-from:
			taken = append(taken, next)
		case <-ctx.Done():
			return nil, fmt.Errorf("only this was heard in time: %v", taken)
		}
	}
	return taken, nil
}

// electLeaders lets two candidates want one lease: the second leads when the first lets go.
func electLeaders(ctx context.Context, config *rest.Config) (any, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	led := make(chan string, 4)
	firstCtx, letGo := context.WithCancel(ctx)
	defer letGo()
	go runCandidate(firstCtx, client, "first", led)
	order, err := take(ctx, led, 1)
	if err != nil {
		return nil, err
	}
	secondCtx, stop := context.WithCancel(ctx)
	defer stop()
	go runCandidate(secondCtx, client, "second", led)
	letGo()
	rest, err := take(ctx, led, 2)
	if err != nil {
		return nil, err
	}
	lease, err := client.CoordinationV1().Leases(namespace).Get(ctx, "lead-go", metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"order": append(order, rest...), "holder": lease.Spec.HolderIdentity,
		"transitions": lease.Spec.LeaseTransitions,
	}, nil
}

func runCandidate(ctx context.Context, client kubernetes.Interface, name string, led chan<- string) {
	leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
		Lock: &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Name: "lead-go", Namespace: namespace},
			Client:     client.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: name},
		},
		LeaseDuration:   4 * time.Second,
		RenewDeadline:   3 * time.Second,
		RetryPeriod:     200 * time.Millisecond,
		ReleaseOnCancel: true,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(context.Context) { led <- name + " leads" },
			OnStoppedLeading: func() { led <- name + " stops" },
		},
	})
}
