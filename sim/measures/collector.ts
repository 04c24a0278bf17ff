import { DEPLOYMENT, ENDPOINT_SLICE, LEASE, NODE, POD, REPLICA_SET } from '../../core/kinds/registry.ts';
import type { LogRecord, RecordSink } from '../../core/log/record.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { DeploymentMeasures } from './deployments.ts';
import { type Measures, measureTable } from './measure.ts';
import { NodeMeasures } from './nodes.ts';
import { PodMeasures } from './pods.ts';
import { ServiceMeasures } from './services.ts';
import { Serving } from './serving.ts';

/** The control plane and the first nodes are there after a second; manifests come then. */
const BEGIN: Micros = SECOND;

/**
 * Gathers the numbers of a run from its records as they come. They are true: a pod on a machine that went down is not
 * available from that moment on, though the API believes in it until the node is given up.
 */
export class MeasureCollector {
  private readonly deployments = new DeploymentMeasures();
  private readonly serving = new Serving();
  private readonly services = new ServiceMeasures(this.serving);
  private readonly nodes: NodeMeasures;
  private readonly pods: PodMeasures;

  constructor(scenario: Pick<Scenario, 'startTime' | 'cluster'>) {
    const { startTime, cluster } = scenario;
    this.nodes = new NodeMeasures(cluster.nodeGroups, startTime, startTime + BEGIN);
    this.pods = new PodMeasures(this.deployments, this.serving, startTime);
    this.serving.onPods = (deployment, count, t) => this.deployments.serve(deployment, count, t);
    this.serving.onNode = (t) => this.services.recount(t);
  }

  /** Hot path. */
  readonly sink: RecordSink = (record: LogRecord) => {
    if (record.type === 'event') {
      switch (record.kind) {
        case POD:
          this.pods.observe(record);
          break;
        case DEPLOYMENT:
          this.deployments.observe(record);
          break;
        case ENDPOINT_SLICE:
          this.services.observeSlice(record);
          break;
        case NODE:
          this.nodes.observe(record);
          break;
        case LEASE:
          this.serving.observeLease(record);
          break;
        case REPLICA_SET:
          this.pods.observeReplicaSet(record);
          break;
        default:
      }
    } else if (record.type === 'sample') {
      this.services.observeSample(record);
      this.nodes.observeSample(record);
    } else {
      this.serving.observeStimulus(record);
    }
  };

  /** All numbers up to now. */
  measures(now: Micros): Measures {
    return measureTable((writer) => {
      this.deployments.write(writer, now);
      this.services.write(writer, now);
      this.nodes.write(writer, now);
      this.pods.write(writer, now);
    });
  }
}
