package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	applycore "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/util/retry"
)

// discover asks what there is, as every dynamic client does first.
func discover(_ context.Context, config *rest.Config) (any, error) {
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, err
	}
	version, err := client.ServerVersion()
	if err != nil {
		return nil, err
	}
	groups, lists, err := client.ServerGroupsAndResources()
	if err != nil {
		return nil, err
	}
	mapper := restmapper.NewShortcutExpander(
		restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(client)), client, nil)
	mapped, err := mapper.ResourceFor(schema.GroupVersionResource{Resource: "deploy"})
	if err != nil {
		return nil, err
	}
	paths, err := client.OpenAPIV3().Paths()
	if err != nil {
		return nil, err
	}
	_, hasApps := paths["apis/apps/v1"]
	return map[string]any{
		"version":   version.GitVersion,
		"hasGroups": len(groups) > 20,
		"hasPods":   slices.ContainsFunc(lists, hasPods),
		"deploy":    mapped.String(),
		"openAPI":   hasApps,
	}, nil
}

func hasPods(list *metav1.APIResourceList) bool {
	return list.GroupVersion == "v1" && slices.ContainsFunc(list.APIResources,
		func(resource metav1.APIResource) bool { return resource.Name == "pods" })
}

// serverSideApply applies typed configurations as two managers that want the same field.
func serverSideApply(ctx context.Context, config *rest.Config) (any, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	maps := client.CoreV1().ConfigMaps(namespace)
	want := func(value string) *applycore.ConfigMapApplyConfiguration {
		return applycore.ConfigMap("applied-by-go", namespace).WithData(map[string]string{"k": value})
	}
	if _, err := maps.Apply(ctx, want("1"), metav1.ApplyOptions{FieldManager: "first"}); err != nil {
		return nil, err
	}
	_, refusal := maps.Apply(ctx, want("2"), metav1.ApplyOptions{FieldManager: "second"})
	forced, err := maps.Apply(ctx, want("2"), metav1.ApplyOptions{FieldManager: "second", Force: true})
	if err != nil {
		return nil, err
	}
	owned, err := applycore.ExtractConfigMap(forced, "second")
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"isConflict": apierrors.IsConflict(refusal),
		"refusal":    refusal.Error(),
		"data":       forced.Data,
		"owned":      owned.Data,
	}, nil
}

const (
	writers       = 5
	addsPerWriter = 4
)

// concurrentUpdates counts in one object from several writers, each of which tries again when another was faster.
func concurrentUpdates(ctx context.Context, config *rest.Config) (any, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	maps := client.CoreV1().ConfigMaps(namespace)
	counter := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "counter-of-go"}}
	if _, err := maps.Create(ctx, counter, metav1.CreateOptions{}); err != nil {
		return nil, err
	}
	add := func() error {
		current, err := maps.Get(ctx, counter.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		current.BinaryData = map[string][]byte{"n": append(current.BinaryData["n"], '+')}
		_, err = maps.Update(ctx, current, metav1.UpdateOptions{})
		return err
	}
	backoff := wait.Backoff{Steps: 100, Duration: 5 * time.Millisecond, Jitter: 1}
	failures := make(chan error, writers)
	for range writers {
		go func() {
			for range addsPerWriter {
				if err := retry.RetryOnConflict(backoff, add); err != nil {
					failures <- err
					return
				}
			}
			failures <- nil
		}()
	}
	for range writers {
		if err := <-failures; err != nil {
			return nil, err
		}
	}
	counted, err := maps.Get(ctx, counter.Name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	return map[string]any{"counted": len(counted.BinaryData["n"])}, nil
}

// dynamicObjects defines a kind and works with it without any Go type.
func dynamicObjects(ctx context.Context, config *rest.Config) (any, error) {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	definitions := client.Resource(schema.GroupVersionResource{
		Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
	if _, err := definitions.Create(ctx, gadgetDefinition(), metav1.CreateOptions{}); err != nil {
		return nil, err
	}
	gadgets := client.Resource(schema.GroupVersionResource{
		Group: "go.example.com", Version: "v1", Resource: "gadgets"}).Namespace(namespace)
	gadget := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "go.example.com/v1", "kind": "Gadget",
		"metadata": map[string]any{"name": "one"}, "spec": map[string]any{"size": int64(3)},
	}}
	created, err := gadgets.Create(ctx, gadget, metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	watch, err := gadgets.Watch(ctx, metav1.ListOptions{ResourceVersion: created.GetResourceVersion()})
	if err != nil {
		return nil, err
	}
	defer watch.Stop()
	if err := gadgets.Delete(ctx, "one", metav1.DeleteOptions{}); err != nil {
		return nil, err
	}
	event, isOpen := <-watch.ResultChan()
	if !isOpen {
		return nil, fmt.Errorf("the watch ended")
	}
	size, _, err := unstructured.NestedInt64(event.Object.(*unstructured.Unstructured).Object, "spec", "size")
	return map[string]any{"event": event.Type, "size": size}, err
}

func gadgetDefinition() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1",
		"kind":       "CustomResourceDefinition",
		"metadata":   map[string]any{"name": "gadgets.go.example.com"},
		"spec": map[string]any{
			"group": "go.example.com",
			"scope": "Namespaced",
			"names": map[string]any{"kind": "Gadget", "plural": "gadgets"},
			"versions": []any{map[string]any{
				"name": "v1", "served": true, "storage": true,
				"schema": map[string]any{"openAPIV3Schema": map[string]any{
					"type": "object", "x-kubernetes-preserve-unknown-fields": true,
				}},
			}},
		},
	}}
}

// speakProtobuf sends protobuf and prefers it, as Kubernetes' own components do.
func speakProtobuf(ctx context.Context, config *rest.Config) (any, error) {
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	deployments := client.AppsV1().Deployments(namespace)
	labels := map[string]string{"app": "of-go"}
	replicas := int32(0)
	created, err := deployments.Create(ctx, &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "of-go"},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas,
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "nginx"}}},
			},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	updated := created
	// The Deployment's controller writes to it as well.
	err = retry.RetryOnConflict(retry.DefaultRetry, func() error {
		current, err := deployments.Get(ctx, created.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		current.Spec.Template.Spec.Containers[0].Image = "nginx:1.27"
		updated, err = deployments.Update(ctx, current, metav1.UpdateOptions{})
		return err
	})
	if err != nil {
		return nil, err
	}
	list, err := deployments.List(ctx, metav1.ListOptions{FieldSelector: "metadata.name=of-go"})
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"image":    updated.Spec.Template.Spec.Containers[0].Image,
		"strategy": list.Items[0].Spec.Strategy.Type,
	}, nil
}
